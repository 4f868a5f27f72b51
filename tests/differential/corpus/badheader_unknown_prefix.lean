import Nowhere.Basic

theorem never_seen_either : 1 = 2 := rfl
