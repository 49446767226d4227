"""The same thing done with many posts: each by itself, and taken back as one."""
