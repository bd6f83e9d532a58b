"""Matrix on loopback: a real Synapse, real nio people, faults between them. See README.md here."""
