"""Generate the reference pages, run the code blocks of hand-written pages, and check the built site."""
