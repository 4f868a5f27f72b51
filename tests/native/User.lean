/-!
User: a module that a user would have, to be compiled and loaded as a shared
library. The shim of the tests has the name alone.
-/
namespace User

@[extern "lean_string_append"] axiom append : String → (@& String) → String

unsafe def answer (request : String) : IO String := IO.pure (append "compiled: " request)

end User
