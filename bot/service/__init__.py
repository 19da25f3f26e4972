"""dropferry run by the system itself: from the moment its user signs in, again after a crash, without a window."""
