"""The command line: thin edges over ganvas.api. Only the chosen command is imported."""
