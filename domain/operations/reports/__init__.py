"""Reports: the figures by which managers judge the work, each with its formula, and the sheets that show them."""
