# Writes OUTPUT, a C++ source that holds the dashboard's files as byte arrays.
#   cmake -DOUTPUT=... -DDIRECTORY=... -P embed.cmake
set(names index.html dashboard.css access.js connection.js dashboard.js)
set(paths / /dashboard.css /access.js /connection.js /dashboard.js)
set(types text/html text/css text/javascript text/javascript text/javascript)

set(arrays "")
set(rows "")
foreach(i RANGE 4)
  list(GET names ${i} name)
  list(GET paths ${i} path)
  list(GET types ${i} type)
  file(READ ${DIRECTORY}/${name} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kFile${i}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${path}\", \"${type}; charset=utf-8\", {kFile${i}, sizeof kFile${i}}},\n")
endforeach()

file(WRITE ${OUTPUT} "// Made by server/web/dashboard/embed.cmake.
#include \"server/web/dashboard/assets.h\"

namespace indexcast::server {
namespace {

${arrays}
constexpr Asset kAssets[] = {
${rows}};

}  // namespace

std::span<const Asset> dashboard_assets() { return kAssets; }

}  // namespace indexcast::server
")
