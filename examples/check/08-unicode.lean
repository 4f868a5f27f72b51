/- Columns are counted in characters, not in bytes: see the warning below. -/

notation:50 "⟪" a " ⇝ " b "⟫" => ∃ k : Nat, b = a * k

theorem θεώρημα : ⟪3 ⇝ 12⟫ := ⟨4, rfl⟩

def «名前 with spaces» : String := "größe 🎉 ∀∃"

theorem «証明» (α : Type) («🎉» β : α) (γ : α) (η : «🎉» = β) : β = «🎉» := by
  exact η.symm
