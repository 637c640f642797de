// What the executable's exit codes mean; `indexcast --help` and the README list them.
#pragma once

namespace indexcast::server {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 2;       // the command line was wrong
inline constexpr int kExitConfig = 3;      // configuration or definitions were refused
inline constexpr int kExitInput = 4;       // a file that was named cannot be used
inline constexpr int kExitIncomplete = 5;  // done, but the input had holes or malformed parts
inline constexpr int kExitFailure = 6;  // an address, a disk or another resource could not be had
inline constexpr int kExitRefused = 7;  // the server refused the request

}  // namespace indexcast::server
