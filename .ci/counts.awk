# Prints how many tests passed and failed by what a command said: by its last sum where it has one, which stands for everything above it
# (npm test repeats what a failing suite said), otherwise by the closing lines of Node's runner, added up.
/^[0-9]+ passed, [0-9]+ failed/ { summed = 1; passed = $1; failed = $3 }
/^ℹ pass [0-9]+$/ { ran += $3 }
/^ℹ (fail|cancelled) [0-9]+$/ { broke += $3 }
END { print summed ? passed + 0 " " failed + 0 : ran + 0 " " broke + 0 }
