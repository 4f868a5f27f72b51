prelude
import Init.Prelude

theorem prelude_refl (n : Nat) : Eq n n := rfl
#check n + 1
example (a b : Nat) (h : Eq a b) : Eq b a := h
