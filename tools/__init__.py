"""Commands for those who keep the course: run notebooks, build the site, set the repository's address."""
