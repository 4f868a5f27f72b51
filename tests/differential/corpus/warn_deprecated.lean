def newName : Nat := 3
@[deprecated newName (since := "2026-01-01")]
def oldName : Nat := 3
@[deprecated "use a pencil" (since := "2026-01-02")]
theorem oldTruth : True := trivial
@[deprecated]
def withoutReason : Nat := 4

def uses₁ : Nat := oldName
theorem uses₂ : True := oldTruth
def uses₃ : Nat := withoutReason
set_option linter.deprecated false in
def uses₄ : Nat := oldName
