"""Networks only, one family per file."""
