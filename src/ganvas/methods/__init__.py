"""One method per file, found by its file name; methods never import one another."""
