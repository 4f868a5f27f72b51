theorem big_mul : 123456789 * 987654321 = 121932631112635269 := by decide
theorem big_pow : 2 ^ 64 = 18446744073709551616 := rfl
theorem big_wrong : 2 ^ 64 = 18446744073709551617 := by decide
theorem big_norm : 10 ^ 20 % 7 = 2 := by norm_num
theorem big_simp : 10 ^ 20 % 7 = 2 := by simp
#eval 2 ^ 200 % 1000007
#reduce 2 ^ 10
example : (255 : UInt8) + 1 = 0 := by decide
example : (0xff#8 + 1#8) = 0#8 := by decide
example (x y : BitVec 8) : x + y = y + x := by bv_decide
