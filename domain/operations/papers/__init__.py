"""Papers: reports and digests as PDF, for whoever reads them away from the screen."""
