"""The engine's child process: everything that knows llama.cpp, tokens and sequences."""
