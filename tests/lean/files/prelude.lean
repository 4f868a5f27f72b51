prelude
import Init.Prelude
theorem t : Eq 1 1 := rfl
