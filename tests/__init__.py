"""The tests mirror the packages; flows/ go through real sockets, browser/ through Chromium, faults/ kill and starve."""
