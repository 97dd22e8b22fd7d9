"""What hides parts of a picture: settings that give the damaged picture and the true mask of what is gone."""
