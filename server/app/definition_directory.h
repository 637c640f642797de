// Watches the folder with the definitions of coming days and checks each file that is new or
// changed.
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "calc/time.h"

namespace indexcast::server {

// A definition file (head) in the folder and the result of its check.
struct DirectoryEntry {
  absl::Status status;  // its faults, "file:line:key: what", one line a fault
  // Set if the definition is valid.
  std::string code;
  std::uint32_t version = 0;
  Date effective_date = 0;
  std::vector<std::string> files;  // the head and the files that it names
  std::string stamp;               // their sizes and times of the last change
};

// One thread calls it.
class DefinitionDirectory {
 public:
  explicit DefinitionDirectory(std::string path) : path_(std::move(path)) {}

  // Reads and checks the heads (*.toml) that are new or changed since the last call, and drops
  // those that are gone. Returns the paths of all of these, in order. A file that is half written
  // is refused, and checked again when it changes; operators should rename files into the folder.
  std::vector<std::string> look();

  // The known heads by path; empty if the folder cannot be read.
  const std::map<std::string, DirectoryEntry>& definitions() const { return definitions_; }
  // Returns the faults of all invalid definitions, one line a fault.
  std::string faults() const;
  // Returns the dates with a valid definition, in order.
  std::vector<Date> days() const;
  // Returns the heads of a day: the newest valid version of each code, in the order of codes. Of
  // two heads with the same version of a code, the first by path.
  std::vector<std::string> newest_of(Date date) const;
  // Returns the head of that version of a code; empty if there is none.
  std::string head_of(Date date, const std::string& code, std::uint32_t version) const;

 private:
  std::string path_;
  std::map<std::string, DirectoryEntry> definitions_;
};

}  // namespace indexcast::server
