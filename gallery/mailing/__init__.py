"""Notices by mail: which are due, the queue of mails, what they say, and how they are sent."""
