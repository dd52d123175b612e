// The settings that the server reads, by its names for them.

export const OF_THE_SERVER = [
  "enabled",
  "disabledLanguages",
  "disabledFiles",
  "secretFiles",
  "eagerness",
  "workspaceMegabytes",
  "model",
  "candidates",
  "temperature",
  "topP",
  "maxBytes",
  "multiLine",
  "deadlineMs",
  "surprise",
  "readAhead",
  "statistics",
];
