-- nothing
/- nothing either -/
/-! A module comment,
    over two lines. -/
