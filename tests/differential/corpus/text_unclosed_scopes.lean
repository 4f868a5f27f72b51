namespace First
section Second
theorem inside : True := trivial
namespace Third
theorem deeper : True := inside
