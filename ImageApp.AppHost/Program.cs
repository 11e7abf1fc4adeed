// Filled in by the first commits of this project.
return;
