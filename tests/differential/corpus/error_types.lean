def wrongReturn : Nat := "text"
def wrongArgument := Nat.succ "text"
def tooManyArguments := Nat.succ 1 2
def unknownName := noSuchName + 1
def unknownField (p : Nat × Nat) := p.third
def unknownConstant := Nat.noSuchThing 3
def notAFunction := 3 4
def noInstance (f : Nat → Nat) := f + f
def ambiguous := (fun x => x)
def stuck := default
def notAType : 3 := 4
def undetermined := []
def missingImplicit := @id
def dotUnknown : Nat := .nothing
def autoBound (x : β) : β := x + x
