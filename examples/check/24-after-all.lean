/- Served by a fresh worker where the ones before were lost: nothing is left
of what other files did. -/

theorem still_fine : 2 + 2 = 4 := by decide
