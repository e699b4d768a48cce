"""One module a format of exercise."""
