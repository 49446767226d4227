"""Background jobs: the queue, the timetable that feeds it, and the supervision of both."""
