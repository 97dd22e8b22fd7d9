"""``make demo``: sample photos degraded and restored, as files and as one page that compares them."""
