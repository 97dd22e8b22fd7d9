"""Back ends by file name; each file has ``PREFERENCE``, ``refusal`` and ``open_backend``, see ``backend.py`` above."""
