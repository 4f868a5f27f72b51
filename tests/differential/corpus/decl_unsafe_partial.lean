partial def forever (n : Nat) : Nat := forever (n + 1)
unsafe def trick : Nat := unsafeCast "x"
noncomputable def chosen (h : ∃ n : Nat, n > 3) : Nat := h.choose
def computable (h : ∃ n : Nat, n > 3) : Nat := h.choose
def usesTrick : Nat := trick
theorem forever_is (n : Nat) : forever n = forever n := rfl
partial def noWitness (α : Type) : α := noWitness α
def loops (n : Nat) : Nat := loops n
def shrinks (n : Nat) : Nat := match n with
  | 0 => 0
  | n + 1 => shrinks n
