import Units

structure Point where
  x : Units.Metre
  y : Units.Metre
