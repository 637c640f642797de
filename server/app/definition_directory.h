// The folder in which definitions of coming days are put: looked at again and again, each file
// checked when it came or changed.
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "calc/time.h"

namespace indexcast::server {

// One head in the folder and the result of its check.
struct DirectoryEntry {
  absl::Status status;  // what is wrong with it, "file:line:key: what", one line a fault
  // Of a good one.
  std::string code;
  std::uint32_t version = 0;
  Date effective_date = 0;
  std::vector<std::string> files;  // that it follows from: the head and what that names
  std::string stamp;               // their sizes and times of the last change
};

// One thread.
class DefinitionDirectory {
 public:
  explicit DefinitionDirectory(std::string path) : path_(std::move(path)) {}

  // Reads and checks the heads (*.toml) that came or changed since the last look, and forgets those
  // that went. Returns the paths of all of these, in order. A file is best put there whole, by
  // renaming: one that is half written is refused and looked at again once it is whole.
  std::vector<std::string> look();

  // By path. An unreadable folder has none.
  const std::map<std::string, DirectoryEntry>& definitions() const { return definitions_; }
  // What is wrong with those that are not good, one line a fault.
  std::string faults() const;
  // Days with a good definition, in order.
  std::vector<Date> days() const;
  // The heads of a day, the newest good version of each code, in order of codes. Of two that are
  // the same version of a code, the first by path.
  std::vector<std::string> newest_of(Date date) const;
  // The head of a stated version; empty: there is none.
  std::string head_of(Date date, const std::string& code, std::uint32_t version) const;

 private:
  std::string path_;
  std::map<std::string, DirectoryEntry> definitions_;
};

}  // namespace indexcast::server
