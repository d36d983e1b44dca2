"""Views of one record: terminal text, JSON, SARIF, GitHub annotations, HTML and Markdown. No view decides anything."""
