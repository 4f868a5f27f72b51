module

public theorem visible (n : Nat) : n + 0 = n := rfl

theorem hidden (n : Nat) : 0 + n = n := Nat.zero_add n

public def base : Nat := 10

@[expose] public def twice (n : Nat) : Nat := n + n

public theorem twice_base : twice base = 20 := rfl
#check hidden
