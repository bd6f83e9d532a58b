"""What the engine bench is made of: peers, players, loads, figures. `bench/engine.py` runs it."""
