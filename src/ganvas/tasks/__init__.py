"""Tasks, one per file: the verb of the command line, what it needs and how it is judged."""
