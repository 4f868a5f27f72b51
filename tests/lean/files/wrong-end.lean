namespace A
end B
end A
end
