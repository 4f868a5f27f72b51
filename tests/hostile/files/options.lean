set_option autoImplicit false
set_option maxRecDepth 20
set_option pp.all true
set_option warn.sorry false
set_option maxHeartbeats 1
set_option linter.all true
set_option warningAsError true
