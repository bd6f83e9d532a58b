"""How the house came to look as it does: numbered steps, applied as `migrations` says."""

HOUSE: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT",
        # `open` is 1 while a vault is open, and stays 1 when the process dies.
        """CREATE TABLE vaults (
            person TEXT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            wrapped BLOB NOT NULL,
            open INTEGER NOT NULL DEFAULT 0
        ) STRICT""",
        # `who` is a keyed hash, here and below: these rows outlive the vault or name nobody.
        """CREATE TABLE age_records (
            who BLOB NOT NULL,
            scope TEXT NOT NULL,
            level INTEGER NOT NULL,
            method TEXT NOT NULL,
            attester TEXT NOT NULL,
            at REAL NOT NULL,
            expires REAL NOT NULL,
            policy_version TEXT NOT NULL,
            PRIMARY KEY (who, scope)
        ) STRICT""",
        "CREATE TABLE locks (who BLOB PRIMARY KEY, code TEXT NOT NULL, at REAL NOT NULL) STRICT",
        """CREATE TABLE unlocks (
            id INTEGER PRIMARY KEY,
            who BLOB NOT NULL,
            moderator TEXT NOT NULL,
            reason TEXT NOT NULL,
            at REAL NOT NULL
        ) STRICT""",
        """CREATE TABLE communities (
            id TEXT PRIMARY KEY,
            ceiling INTEGER NOT NULL,
            least_age_level INTEGER NOT NULL,
            changed_by TEXT NOT NULL,
            changed_at REAL NOT NULL
        ) STRICT""",
        """CREATE TABLE referrals (
            day TEXT NOT NULL,
            kind TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (day, kind)
        ) STRICT""",
    ),
    # When to look into somebody's vault for a reminder: the time and nothing of what it says.
    ("CREATE TABLE alarms (person TEXT PRIMARY KEY, at REAL NOT NULL) STRICT",),
    # What speaks for an age stands side by side, so that one can be taken back alone.
    (
        """CREATE TABLE age_records_by_method (
            who BLOB NOT NULL,
            scope TEXT NOT NULL,
            level INTEGER NOT NULL,
            method TEXT NOT NULL,
            attester TEXT NOT NULL,
            at REAL NOT NULL,
            expires REAL NOT NULL,
            policy_version TEXT NOT NULL,
            PRIMARY KEY (who, scope, method)
        ) STRICT""",
        "INSERT INTO age_records_by_method SELECT * FROM age_records",
        "DROP TABLE age_records",
        "ALTER TABLE age_records_by_method RENAME TO age_records",
        # Who said so, and why; without a level, who took it back.
        """CREATE TABLE attestations (
            id INTEGER PRIMARY KEY,
            who BLOB NOT NULL,
            scope TEXT NOT NULL,
            level INTEGER,
            by TEXT NOT NULL,
            reason TEXT NOT NULL,
            at REAL NOT NULL
        ) STRICT""",
        "ALTER TABLE communities ADD COLUMN least_mature_level INTEGER NOT NULL DEFAULT 1",
    ),
    (
        # Those accounts of a person that are not the one with the vault.
        "CREATE TABLE accounts (account TEXT PRIMARY KEY, person TEXT NOT NULL) STRICT",
        "CREATE TABLE guests (account TEXT PRIMARY KEY, sponsor TEXT NOT NULL) STRICT",
        # One-time codes, as keyed hashes.
        """CREATE TABLE codes (
            handle BLOB PRIMARY KEY,
            secret BLOB NOT NULL,
            account TEXT NOT NULL UNIQUE,
            at REAL NOT NULL,
            tries INTEGER NOT NULL
        ) STRICT""",
        # Vaults of joined accounts, from the join until they are merged into their person's.
        """CREATE TABLE unmerged (
            id TEXT PRIMARY KEY,
            person TEXT NOT NULL,
            account TEXT NOT NULL,
            wrapped BLOB NOT NULL
        ) STRICT""",
    ),
    # What moderators set and do (SAFETY M2, M4, M7). `who` is a keyed hash, here as above.
    (
        # The newest holds; going back to an old one is a new one with its text.
        """CREATE TABLE rule_versions (
            community TEXT NOT NULL,
            version INTEGER NOT NULL,
            text TEXT NOT NULL,
            hash BLOB NOT NULL,
            by TEXT,
            at REAL NOT NULL,
            note TEXT NOT NULL,
            PRIMARY KEY (community, version)
        ) STRICT, WITHOUT ROWID""",
        # Only ever added to: each row holds the hash of the one before. Who it was is a commitment.
        """CREATE TABLE case_log (
            community TEXT NOT NULL,
            seq INTEGER NOT NULL,
            number INTEGER NOT NULL,
            step TEXT NOT NULL,
            rule TEXT NOT NULL,
            version INTEGER NOT NULL,
            action TEXT NOT NULL,
            reason TEXT NOT NULL,
            at REAL NOT NULL,
            until REAL,
            is_direct INTEGER NOT NULL,
            person BLOB,
            actor BLOB,
            before BLOB NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (community, seq)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX case_log_by_number ON case_log (community, number)",
        """CREATE TABLE case_heads (
            community TEXT PRIMARY KEY,
            seq INTEGER NOT NULL,
            number INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT, WITHOUT ROWID""",
        # What the log says of each case, for lists.
        """CREATE TABLE cases (
            community TEXT NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL,
            opened INTEGER NOT NULL,
            PRIMARY KEY (community, number)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX cases_by_state ON cases (community, state, number)",
        # What opens a commitment. Gone with an erasing; the log stays whole.
        """CREATE TABLE case_people (
            community TEXT NOT NULL,
            seq INTEGER NOT NULL,
            part TEXT NOT NULL,
            number INTEGER NOT NULL,
            person TEXT NOT NULL,
            salt BLOB NOT NULL,
            PRIMARY KEY (community, seq, part)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX case_people_by_person ON case_people (person)",
        # What somebody has attached to an appeal or a report by their own choice.
        """CREATE TABLE case_words (
            community TEXT NOT NULL,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            person TEXT NOT NULL,
            words TEXT NOT NULL,
            room TEXT,
            closed REAL,
            PRIMARY KEY (community, number, kind)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX case_words_by_person ON case_words (person)",
        """CREATE TABLE rule_hits (
            id INTEGER PRIMARY KEY,
            community TEXT NOT NULL,
            who BLOB NOT NULL,
            rule TEXT NOT NULL,
            at REAL NOT NULL,
            number INTEGER,
            message BLOB
        ) STRICT""",
        "CREATE INDEX rule_hits_by_who ON rule_hits (who, community)",
        "CREATE INDEX rule_hits_by_number ON rule_hits (community, number)",
        # Paused, the door taken back, blocked by the operator; without an end until it is lifted.
        """CREATE TABLE holds (
            scope TEXT NOT NULL,
            who BLOB NOT NULL,
            kind TEXT NOT NULL,
            number INTEGER NOT NULL,
            at REAL NOT NULL,
            until REAL,
            PRIMARY KEY (who, scope, kind, number)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX holds_by_number ON holds (scope, number)",
        """CREATE TABLE rule_counts (
            community TEXT NOT NULL,
            day TEXT NOT NULL,
            rule TEXT NOT NULL,
            is_dry INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (community, day, rule, is_dry)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE approvals (
            community TEXT NOT NULL,
            who BLOB NOT NULL,
            by TEXT,
            at REAL NOT NULL,
            PRIMARY KEY (who, community)
        ) STRICT, WITHOUT ROWID""",
        # Where moderators are told of each case; `failed` since the last one did not get there.
        """CREATE TABLE log_rooms (
            community TEXT PRIMARY KEY,
            room TEXT NOT NULL,
            failed INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID""",
        # How much was used on a day: of a person in a community.
        """CREATE TABLE usage (
            day TEXT NOT NULL,
            community TEXT NOT NULL,
            who BLOB NOT NULL,
            messages INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            PRIMARY KEY (day, community, who)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX usage_by_who ON usage (who)",
    ),
    # When to look into somebody's vault for what is too old by now (SAFETY P6); NULL: nobody has
    # looked yet. And how the clock stood at the last look.
    (
        "ALTER TABLE vaults ADD COLUMN look_at REAL",
        "CREATE INDEX vaults_by_look ON vaults (look_at)",
        """CREATE TABLE clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            at REAL NOT NULL,
            believed REAL NOT NULL,
            steady_s REAL NOT NULL,
            keep_days INTEGER NOT NULL
        ) STRICT""",
    ),
)
