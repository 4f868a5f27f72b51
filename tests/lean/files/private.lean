private def secret := 3
def public_ := secret
theorem t : public_ = 3 := rfl
namespace N
private theorem u : secret = 3 := rfl
end N
#check N.u
protected def N.v := 1
open N
#check v
@[deprecated secret (since := "2020-01-01")] def old := 1
#eval old
