"""What to do: policy, grades, limits and worklists; the record of what was decided."""
