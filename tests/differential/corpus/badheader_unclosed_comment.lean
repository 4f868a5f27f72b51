/- This comment never ends.
import Init
theorem swallowed : 1 = 2 := rfl
