/- nothing here -/
