"""What `dropferry doctor` looks at, one module a group of checks, each of which tells what it found and the fix."""
