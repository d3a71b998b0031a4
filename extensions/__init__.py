"""Small Sphinx extensions that make the book's site: live widgets, nothing from other hosts, languages, search."""

PARALLEL = {"parallel_read_safe": True, "parallel_write_safe": True}
