"""One file for each step; `revision` and `down_revision` say their order."""
