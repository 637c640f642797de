#include "server/app/thread_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "tests/support/source_dir.h"

namespace indexcast::server {
namespace {

TEST(ThreadTable, ReadmeHasTheSameRows) {
  std::ifstream file(test::source_dir() + "/server/app/README.md");
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) rows.insert(line);
    if (line.starts_with("## Files")) break;
  }
  EXPECT_EQ(rows.size(), kThreads.size());
  for (const ThreadRow& row : kThreads) {
    EXPECT_TRUE(rows.contains(fmt::format("| `{}` | {} | {} | {} | {} |", row.name, row.owns,
                                          row.blocks_on, row.on_exception, row.on_stop)))
        << row.name;
  }
}

TEST(ThreadTable, NamesEachThreadOnceAndWithinTheLimitOfTheOperatingSystem) {
  std::set<std::string_view> names;
  for (const ThreadRow& row : kThreads) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_LE(row.name.size(), 15u);
  }
}

TEST(ThreadTable, GivesEachKeyOfThreadsToOneThread) {
  ThreadSettings settings;
  std::int64_t next = 0;
  for (const ThreadRow& row : kThreads) {
    if (row.processor != nullptr) settings.*row.processor = next++;
  }
  next = 0;
  for (const ThreadRow& row : kThreads) {
    if (row.processor == nullptr) continue;
    EXPECT_EQ(processor_of(row, settings), next++);
  }
  EXPECT_EQ(sizeof settings, static_cast<std::size_t>(next) * sizeof(std::int64_t));
}

}  // namespace
}  // namespace indexcast::server
