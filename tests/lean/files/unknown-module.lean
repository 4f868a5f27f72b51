-- a comment first
import No.Such.Module
theorem a : 1 = 1 := rfl
