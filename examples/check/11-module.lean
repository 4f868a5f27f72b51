module
/- The module system: only what is `public` can be imported from here. -/

def secret : Nat := 41

public def answer : Nat := secret + 1

theorem it_is : answer = 42 := rfl
