import Units.Metre
